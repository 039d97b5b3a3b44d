/** Figures: load on a running stack and on its parts, always beside a probe measured in the same run. */
@NullMarked
package io.sonia.benchmarks;

import org.jspecify.annotations.NullMarked;
