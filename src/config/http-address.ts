import * as z from 'zod';

/** The address of a server that is asked over HTTP. */
export const httpAddress = z.url({ protocol: /^https?$/u, error: 'Expected an http:// or https:// address' }).max(2048);
