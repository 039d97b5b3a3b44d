/** Fetching from the web: which addresses may be reached, a strict small HTTP client, and text out of pages. */
@NullMarked
package io.sonia.openclaw.web;

import org.jspecify.annotations.NullMarked;
