/** Metrics of one service: counted with adders of the JDK, shown in the Prometheus text format. */
@NullMarked
package io.sonia.kernel.metrics;

import org.jspecify.annotations.NullMarked;
