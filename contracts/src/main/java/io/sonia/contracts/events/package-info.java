/** What happened in all services, told to whoever follows it. */
@NullMarked
package io.sonia.contracts.events;

import org.jspecify.annotations.NullMarked;
