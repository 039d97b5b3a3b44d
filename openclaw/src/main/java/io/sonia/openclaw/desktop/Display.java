package io.sonia.openclaw.desktop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The X11 display that tools may use, if there is one. */
public final class Display {

    /** A display by its setting. */
    public static final String AUTO = "auto";

    /** No display, whatever the environment says. */
    public static final String OFF = "off";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_./-]{0,255}:[0-9]{1,5}(\\.[0-9]{1,3})?");

    private final @Nullable String name;
    private final @Nullable String authority;
    private final String missing;

    private Display(@Nullable String name, @Nullable String authority, String missing) {
        this.name = name;
        this.authority = authority;
        this.missing = missing;
    }

    /**
     * The display that the setting {@code openclaw.display} means.
     *
     * @param setting {@code auto} for that of the environment, {@code off}, or a name such as {@code :1}
     * @param environment the variables of this process
     */
    public static Display of(String setting, Map<String, String> environment) {
        if (setting.equals(OFF)) {
            return new Display(null, null, "openclaw.display is off");
        }
        String name = setting.equals(AUTO) ? environment.getOrDefault("DISPLAY", "") : setting;
        if (name.isEmpty()) {
            return new Display(null, null, "there is no display: DISPLAY was not set where SONIA was started");
        }
        if (!NAME.matcher(name).matches()) {
            return new Display(null, null, "DISPLAY is not the name of an X11 display");
        }
        String authority = environment.get("XAUTHORITY");
        Path usual = Path.of(System.getProperty("user.home", "/"), ".Xauthority");
        if (authority == null && Files.isReadable(usual)) {
            authority = usual.toString();
        }
        return new Display(name, authority, "");
    }

    /** Why there is none, if there is none. */
    Optional<String> missing() {
        return name == null ? Optional.of(missing) : Optional.empty();
    }

    /** All variables that a program on it sees. */
    Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("LANG", "C.UTF-8");
        environment.put("DISPLAY", String.valueOf(name));
        if (authority != null) {
            environment.put("XAUTHORITY", authority);
        }
        return environment;
    }
}
