/** Keeps the other services running: starts, watches, restarts within a budget, and stops them. */
@NullMarked
package io.sonia.evaos.supervision;

import org.jspecify.annotations.NullMarked;
