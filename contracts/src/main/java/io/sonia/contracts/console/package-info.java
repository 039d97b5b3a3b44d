/** The console on the wire. */
@NullMarked
package io.sonia.contracts.console;

import org.jspecify.annotations.NullMarked;
