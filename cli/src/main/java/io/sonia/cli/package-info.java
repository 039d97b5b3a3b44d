/** The {@code sonia} command. */
@NullMarked
package io.sonia.cli;

import org.jspecify.annotations.NullMarked;
