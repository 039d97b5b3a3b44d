/** What processes of one service share for a while: never the only place of anything that has to last. */
@NullMarked
package io.sonia.journal.redis;

import org.jspecify.annotations.NullMarked;
