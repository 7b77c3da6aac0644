import fc from 'fast-check';

/** What people and devices might call themselves to break out of a page, a table or a sentence. */
export const HOSTILE = [
	'</table><script>alert(1)</script>',
	'</td></tr></tbody></table></main></body></html><h1>All is well</h1>',
	'"><img src=x onerror=alert(1)>',
	"' onmouseover='alert(1)' x='",
	'" style="position:fixed;inset:0" x="',
	'<!-- ',
	'--> <![CDATA[ ]]>',
	'</style><style>*{display:none}</style>',
	'</title></svg><svg onload=alert(1)>',
	'&lt;script&gt;alert(1)&lt;/script&gt;',
	'&#60;script&#62;',
	'javascript:alert(1)',
	'\u202Etxt.exe\u2066\u2069',
	'\u0000NUL\u0007\u001B[31m',
	'\uD800 lone \uDC00',
	'x'.repeat(10_000),
	'🤖'.repeat(5_000),
	'=cmd|"/c calc"!A1',
	'a\u2028b\u2029c\r\nd',
	'{{ $json.x }} ${x} <%= x %>',
];

/** Hostile text: one of those above, or any. */
export const hostileText = fc.oneof(
	fc.constantFrom(...HOSTILE),
	fc.string({ unit: 'binary' }),
	fc
		.array(fc.constantFrom('<', '>', '"', "'", '&', ';', '=', '\u0000', '\uD800', '/', '-', 'a'))
		.map((characters) => characters.join('')),
);

/** The tags of a piece of HTML whose text holds neither `<` nor `>` of its own. */
export const tagsOf = (html: string): string[] => html.match(/<[^>]*>/g) ?? [];

/** The text of a piece of HTML, its tags as spaces. */
export const textOf = (html: string): string =>
	html
		.replace(/<[^>]*>/g, ' ')
		.replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(Number(code)));
