/** The part of the file system that tools may touch: roots, lexical paths, and race-free walks below a root. */
@NullMarked
package io.sonia.openclaw.sandbox;

import org.jspecify.annotations.NullMarked;
