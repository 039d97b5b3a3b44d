/** The HTTP pipeline: operations and their routes, the envelope, streams, and the client that calls a peer. */
@NullMarked
package io.sonia.kernel.http;

import org.jspecify.annotations.NullMarked;
