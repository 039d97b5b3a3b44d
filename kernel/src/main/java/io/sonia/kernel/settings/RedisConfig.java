package io.sonia.kernel.settings;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Text;
import java.net.URI;

/**
 * The Redis that several processes of one service share; used only where a setting asks for it. Its password, if it has
 * one, is in {@code secrets/redis.password}.
 *
 * @param url {@code redis://host:port/database}
 */
public record RedisConfig(
        @Default("\"redis://127.0.0.1:6379/0\"") @Text(min = 1, max = 500)
        String url) {

    public static final Section<RedisConfig> SECTION = Section.fixed("redis", RedisConfig.class)
            .checkedBy((redis, all, problems) -> {
                try {
                    URI url = URI.create(redis.url());
                    if (!"redis".equals(url.getScheme()) || url.getHost() == null) {
                        problems.accept("redis.url is not of the form redis://host:port/database");
                    }
                    if (url.getUserInfo() != null) {
                        problems.accept("redis.url holds a password: write it into secrets/redis.password");
                    }
                } catch (IllegalArgumentException e) {
                    problems.accept("redis.url is no URL");
                }
            });
}
