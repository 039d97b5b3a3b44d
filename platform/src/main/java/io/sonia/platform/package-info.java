/** Composes the chosen services into a process. */
@NullMarked
package io.sonia.platform;

import org.jspecify.annotations.NullMarked;
