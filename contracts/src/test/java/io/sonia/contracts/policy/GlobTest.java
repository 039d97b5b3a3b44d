package io.sonia.contracts.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "docs/**, docs/a.md, true",
        "docs/**, docs/a/b.md, true",
        "docs/**, docs, true",
        "docs/**, docsx/a, false",
        "docs/*, docs/a/b, false",
        "docs/*.md, docs/a.md, true",
        "docs/*.md, docs/a.txt, false",
        "**/.*, a/b/.env, true",
        "**/.*, .env, true",
        "**/.*, env, false",
        "a/**/z, a/z, true",
        "a/**/z, a/b/c/z, true",
        "a/**/z, a/b/c, false",
        "*, a, true",
        "*, a/b, false",
        "**, a/b, true",
        "a?c, abc, false",
        "https://example.com/**, https://example.com/x/y, true",
        "https://example.com/**, https://example.com.evil.org/x, false",
    })
    void pathsMatchPartByPart(String glob, String path, boolean matches) {
        assertThat(Glob.ofPath(glob).matchesPath(path)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({"file.*, file.read, true", "file.*, files.read, false", "*, shell.run, true", "*.run, shell.run, true"})
    void namesMatchAsAWhole(String glob, String name, boolean matches) {
        assertThat(Glob.ofName(glob).matchesName(name)).isEqualTo(matches);
    }

    @Property(tries = 3000)
    void itAgreesWithTheRegularExpressionItStandsFor(
            @ForAll @Chars({'a', '*', '/'}) @StringLength(max = 8) String glob,
            @ForAll @CharRange(from = 'a', to = 'b') @Chars('/') @StringLength(max = 8) String path) {
        StringBuilder regex = new StringBuilder();
        for (String part : glob.split("/", -1)) {
            // A part between slashes, each part with its own leading slash.
            regex.append(part.equals("**") ? "(?:/[^/]*)*" : "/" + part.replace("*", "[^/]*"));
        }

        assertThat(Glob.ofPath(glob).matchesPath(path)).isEqualTo(Pattern.matches(regex.toString(), "/" + path));
    }

    @Test
    void aHostilePatternEndsSoon() {
        String path = "a/".repeat(500) + "b";

        assertThat(Glob.ofPath("**/a*a*a*a/".repeat(20) + "c").matchesPath(path))
                .isFalse();
    }
}
