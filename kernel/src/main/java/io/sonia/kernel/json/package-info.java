/** Strict JSON in and out: the parser, RFC 8785 canonical form, and records as wire shapes. */
@NullMarked
package io.sonia.kernel.json;

import org.jspecify.annotations.NullMarked;
