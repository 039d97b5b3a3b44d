/** Durable recall with provenance. */
@NullMarked
package io.sonia.memory;

import org.jspecify.annotations.NullMarked;
