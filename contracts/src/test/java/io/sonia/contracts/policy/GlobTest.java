package io.sonia.contracts.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
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

    @Test
    void itAgreesWithTheRegularExpressionItStandsFor() {
        for (int seed = 0; seed < 10_000; seed++) {
            Random random = new Random(seed);
            String glob = text(random, "a*/");
            String path = text(random, "ab/");
            StringBuilder regex = new StringBuilder();
            for (String part : glob.split("/", -1)) {
                // A part between slashes, each part with its own leading slash.
                regex.append(part.equals("**") ? "(?:/[^/]*)*" : "/" + part.replace("*", "[^/]*"));
            }

            assertThat(Glob.ofPath(glob).matchesPath(path))
                    .as("new Random(%d): '%s' and '%s'", seed, glob, path)
                    .isEqualTo(Pattern.matches(regex.toString(), "/" + path));
        }
    }

    private static String text(Random random, String letters) {
        StringBuilder text = new StringBuilder();
        random.ints(random.nextInt(9), 0, letters.length()).forEach(each -> text.append(letters.charAt(each)));
        return text.toString();
    }

    @Test
    void aHostilePatternEndsSoon() {
        String path = "a/".repeat(500) + "b";

        assertThat(Glob.ofPath("**/a*a*a*a/".repeat(20) + "c").matchesPath(path))
                .isFalse();
    }
}
