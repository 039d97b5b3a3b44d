/** Documents of other formats than text, read by a process of its own, so that none can harm the service. */
@NullMarked
package io.sonia.memory.reading;

import org.jspecify.annotations.NullMarked;
