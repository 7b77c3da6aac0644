/* eslint-disable @n8n/community-nodes/require-node-api-error -- the simulator runs in Node, not in n8n */
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Clock, Duration } from './clock';
import { after } from './clock';
import type { Limits } from './limits';

/** Who a token speaks for: a user, or an application token that a user created. */
export interface Subject {
	/** Under an application token its creator, whom the JWT does not name (contract §1). */
	userId: number;
	organisationId: number;
	applicationTokenId?: number;
}

/**
 * The JWTs of one simulator: HS256, signed with a secret that no other simulator knows. Only `exp`,
 * and that an application's names no user, is known (contract §1); the other claims are this double's choice.
 */
export class Tokens {
	/** A key object: of a string, jsonwebtoken first tries to make a public key, which is slow. */
	private readonly secret = createSecretKey(randomBytes(32));
	/** Whom each token that is neither revoked nor used up speaks for, by its `jti`. */
	private readonly honoured = {
		auth: new Map<string, Subject>(),
		mfa: new Map<string, Subject>(),
	};

	constructor(
		private readonly clock: Clock,
		private readonly limits: Limits,
	) {}

	/** An `auth_token`, valid for 240 minutes by default. */
	issueAuthToken(subject: Subject): string {
		return this.sign('auth', subject, { minutes: this.limits.tokenMinutes });
	}

	/** An `mfa_token`: a JWT too, but not one that authorises anything. */
	issueMfaToken(subject: Subject): string {
		return this.sign('mfa', subject, { minutes: this.limits.mfaTokenMinutes });
	}

	/** Whom an `auth_token` speaks for, or undefined if it is not honoured. */
	readAuthToken(token: string): Subject | undefined {
		return this.read('auth', token)?.subject;
	}

	/** Whom an `mfa_token` speaks for, or undefined if it is not honoured. */
	readMfaToken(token: string): Subject | undefined {
		return this.read('mfa', token)?.subject;
	}

	/** Makes an `mfa_token` unusable. That it serves for one login only is undocumented. */
	useUpMfaToken(token: string): void {
		const read = this.read('mfa', token);
		if (read) this.honoured.mfa.delete(read.id);
	}

	/** Makes every `auth_token` issued so far unusable. */
	revokeAuthTokens(): void {
		this.honoured.auth.clear();
	}

	private sign(purpose: 'auth' | 'mfa', subject: Subject, life: Duration): string {
		const id = randomUUID();
		const now = this.clock.now();
		this.honoured[purpose].set(id, subject);
		return jwt.sign(
			{
				iss: 'emnify-simulator',
				...(subject.applicationTokenId === undefined
					? { sub: String(subject.userId) }
					: { app: subject.applicationTokenId }),
				org: subject.organisationId,
				purpose,
				jti: id,
				iat: seconds(now),
				exp: seconds(after(now, life)),
			},
			this.secret,
			{ algorithm: 'HS256' },
		);
	}

	private read(
		purpose: 'auth' | 'mfa',
		token: string,
	): { id: string; subject: Subject } | undefined {
		try {
			const claims = jwt.verify(token, this.secret, {
				algorithms: ['HS256'],
				clockTimestamp: seconds(this.clock.now()),
			}) as jwt.JwtPayload;
			const id = String(claims.jti);
			const subject = this.honoured[purpose].get(id);
			return subject && { id, subject };
		} catch (error) {
			if (error instanceof jwt.JsonWebTokenError) return undefined;
			throw error;
		}
	}
}

function seconds(time: Date): number {
	return Math.floor(time.getTime() / 1000);
}
