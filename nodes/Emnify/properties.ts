import type { INodeProperties } from 'n8n-workflow';

import type { Operation, Resource } from './resources/operation';
import { optionsField } from './fields/options';

/** Assembles the node's fields: Resource, Operation, and each operation's fields, shown only where they apply. */
export function propertiesOf(resources: Resource[]): INodeProperties[] {
	const resourceField: INodeProperties = {
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: resources.map(({ option }) => option),
		default: 'trustedDevice',
	};
	return [resourceField, ...resources.flatMap(resourceProperties), optionsOf(resources)];
}

/** Options of every operation, and those of some: they show only there. */
function optionsOf(resources: Resource[]): INodeProperties {
	const more = resources.flatMap(({ option: resource, operations }) =>
		operations.flatMap(({ option, options = [] }) =>
			options.map((field) => ({
				...field,
				displayOptions: { show: { '/resource': [resource.value], '/operation': [option.value] } },
			})),
		),
	);
	const all = [...((optionsField.options ?? []) as INodeProperties[]), ...more];
	return {
		...optionsField,
		options: all.sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')),
	};
}

/** The node's subtitle on the canvas, such as “Get Many: Trusted Device”, as an expression over the two drop-downs. */
export function subtitleOf(resources: Resource[]): string {
	const subtitles = resources.flatMap(({ option: resource, operations }) =>
		operations.map(({ option }) => [
			`${String(resource.value)}:${String(option.value)}`,
			`${option.name}: ${resource.name}`,
		]),
	);
	const table = JSON.stringify(Object.fromEntries(subtitles));
	return `={{ (${table})[$parameter["resource"] + ":" + $parameter["operation"]] }}`;
}

function resourceProperties({ option: resource, operations }: Resource): INodeProperties[] {
	// Who has chosen nothing yet must change nothing.
	const harmless = operations.find(({ access }) => access === 'read') ?? operations[0];
	const initial = harmless?.option.value ?? '';
	const operationField: INodeProperties = {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [resource.value] } },
		options: operations.map(({ option }) => option),
		default: initial,
	};
	return [
		operationField,
		...operations.flatMap((operation) => operationProperties(resource.value, operation)),
	];
}

function operationProperties(
	resource: Resource['option']['value'],
	{ option, fields }: Operation,
): INodeProperties[] {
	return fields.map((field) => ({
		...field,
		displayOptions: {
			...field.displayOptions,
			show: { resource: [resource], operation: [option.value], ...field.displayOptions?.show },
		},
	}));
}
