export declare function hashSources(checkout: string): string;
export declare function stamp(checkout: string, hash: string): void;
export declare function refuseStaleBuild(checkout: string): void;
