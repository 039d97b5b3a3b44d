package io.sonia.contracts.console;

import io.sonia.kernel.json.Text;

/** The code of a sign-in link. */
public record SignIn(@Text(min = 1, max = 128) String code) {}
