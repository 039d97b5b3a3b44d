/** The values and small ports every service is built from: codes, ids, clock, digests, files, audit events. */
@NullMarked
package io.sonia.kernel;

import org.jspecify.annotations.NullMarked;
