/** Who is asking: credentials, the signed verifier set, callers and roles. */
@NullMarked
package io.sonia.kernel.identity;

import org.jspecify.annotations.NullMarked;
