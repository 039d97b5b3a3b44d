/**
 * Configuration: typed sections over defaults, file and environment, all problems reported at once, reloaded while the
 * process runs. Sections that belong to one part of the program stand beside it.
 */
@NullMarked
package io.sonia.kernel.settings;

import org.jspecify.annotations.NullMarked;
