/** Configuration: typed sections over defaults, file and environment, all problems reported at once. */
@NullMarked
package io.sonia.kernel.settings;

import org.jspecify.annotations.NullMarked;
