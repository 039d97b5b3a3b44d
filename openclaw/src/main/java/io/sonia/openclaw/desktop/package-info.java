/** Tools for the screen in front of a person: windows, keyboard, mouse, clipboard, pictures and programs, by X11. */
@NullMarked
package io.sonia.openclaw.desktop;

import org.jspecify.annotations.NullMarked;
