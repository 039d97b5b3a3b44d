/** The place an operator works in: chats, signing in from a browser, the page, and the way to the other services. */
@NullMarked
package io.sonia.console;

import org.jspecify.annotations.NullMarked;
