/** The only door for callers. */
@NullMarked
package io.sonia.gateway;

import org.jspecify.annotations.NullMarked;
