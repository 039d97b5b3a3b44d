/** What crosses the wire to and from the memory engine. */
@NullMarked
package io.sonia.contracts.memory;

import org.jspecify.annotations.NullMarked;
