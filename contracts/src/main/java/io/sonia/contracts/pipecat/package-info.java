/** What crosses the wire to and from the voice service. */
@NullMarked
package io.sonia.contracts.pipecat;

import org.jspecify.annotations.NullMarked;
