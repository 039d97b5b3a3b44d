package io.sonia.kernel;

import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The secrets that a home keeps, so that they are recognised wherever they have strayed, whatever they look like: what
 * its secrets folder holds, and what settings and environment hold under a secret's name.
 */
public final class KnownSecrets {

    private static final String MARK = "[REDACTED:known]";

    /** A shorter text is found in too many words that are none. */
    private static final int SHORTEST = 8;

    private static final int MAX_FILES = 1_000;
    private static final int MAX_DEPTH = 8;
    private static final long MAX_FILE_BYTES = 1 << 20;

    /** What is made to be shown: public keys, and digests of tokens. */
    private static final List<String> PUBLIC = List.of(".pub", "verifiers.json");

    /** Longest first: a secret may be the beginning of another. */
    private final List<String> forms;

    private KnownSecrets(Set<String> forms) {
        this.forms = forms.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /**
     * Reads what the home keeps as far as it can be read.
     *
     * @param environment variables that settings may come from
     */
    public static KnownSecrets of(Home home, Map<String, String> environment) {
        Set<String> forms = new LinkedHashSet<>();
        for (Path file : files(home)) {
            content(file).ifPresent(bytes -> addContent(forms, bytes));
        }
        environment.forEach((name, value) -> addNamed(forms, home, name, value));
        settings(home).forEach((name, value) -> addSetting(forms, home, name, value));
        return new KnownSecrets(forms);
    }

    /** The text without them. */
    public String hide(String text) {
        String out = text;
        for (String form : forms) {
            out = out.replace(form, MARK);
        }
        return out;
    }

    /** True if the text holds one of them. */
    public boolean in(String text) {
        return forms.stream().anyMatch(text::contains);
    }

    private static List<Path> files(Home home) {
        if (!Files.isDirectory(home.secrets())) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(home.secrets(), MAX_DEPTH)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> PUBLIC.stream().noneMatch(file.toString()::endsWith))
                    .limit(MAX_FILES)
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static Map<String, ?> settings(Home home) {
        try {
            return content(home.configFile()).map(Json::parseObject).orElse(Map.of());
        } catch (SoniaException malformed) {
            return Map.of();
        }
    }

    private static void addSetting(Set<String> forms, Home home, String name, Object value) {
        if (value instanceof Map<?, ?> section) {
            section.forEach((key, inner) -> {
                if (inner != null) {
                    addSetting(forms, home, String.valueOf(key), inner);
                }
            });
        } else if (value instanceof String text) {
            addNamed(forms, home, name, text);
        }
    }

    /** A value under a secret's name is a secret, or names the file that one is in. */
    private static void addNamed(Set<String> forms, Home home, String name, String value) {
        if (!SecretNames.hidesText(name)) {
            return;
        }
        Optional<byte[]> inFile = file(home, value).flatMap(KnownSecrets::content);
        if (inFile.isPresent()) {
            addContent(forms, inFile.get());
        } else {
            addText(forms, value);
        }
    }

    private static Optional<Path> file(Home home, String value) {
        try {
            return Optional.of(home.root().resolve(value)).filter(Files::isRegularFile);
        } catch (InvalidPathException noPath) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> content(Path file) {
        try {
            return Files.size(file) > MAX_FILE_BYTES ? Optional.empty() : Optional.of(Files.readAllBytes(file));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** Text is a secret a line, anything else is one secret. */
    private static void addContent(Set<String> forms, byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.chars().noneMatch(c -> Character.isISOControl(c) && !Character.isWhitespace(c))) {
                text.lines().map(String::strip).forEach(line -> addText(forms, line));
                return;
            }
        } catch (CharacterCodingException binary) {
            // As below.
        }
        if (bytes.length >= SHORTEST) {
            forms.add(HexFormat.of().formatHex(bytes));
            addBase64(forms, bytes);
        }
    }

    /** The secret as it is, and as JSON, URLs and headers carry it. */
    private static void addText(Set<String> forms, String secret) {
        if (secret.length() < SHORTEST) {
            return;
        }
        String json = Json.text(secret);
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        forms.add(secret);
        forms.add(json.substring(1, json.length() - 1));
        forms.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
        addBase64(forms, bytes);
    }

    private static void addBase64(Set<String> forms, byte[] bytes) {
        forms.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
        forms.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }
}
