/** Voice sessions. */
@NullMarked
package io.sonia.pipecat;

import org.jspecify.annotations.NullMarked;
