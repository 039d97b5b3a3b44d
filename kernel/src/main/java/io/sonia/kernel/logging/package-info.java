/** Logs: one JSON object per line and service, rotated, redacted, written off the request's thread. */
@NullMarked
package io.sonia.kernel.logging;

import org.jspecify.annotations.NullMarked;
