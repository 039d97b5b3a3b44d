package io.sonia.kernel.json;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Length and form of a text, in UTF-16 code units; without it {0..500}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Text {
    int min() default 0;

    int max() default 500;

    /** A regular expression the whole text must match; empty: any. */
    String pattern() default "";
}
