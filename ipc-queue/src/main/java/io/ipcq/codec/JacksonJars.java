// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import tools.jackson.databind.cfg.PackageVersion;

/** Checks whether the class path has a Jackson that works, and says what to add to it if not. */
final class JacksonJars {
    /*
     * Why. Jackson 3 has its annotations from the jar of Jackson 2, and somebody else may decide its version, such as
     * Spring Boot. A version that is too old shows late, by a missing class, in one element or in all of them: with 3.1
     * when the first mapper is made, with 3.2 when the first object is written. So this is checked before the first
     * mapper is made. A class whose initialization failed once is lost to the JVM, and later errors do not say why.
     */

    private static final String MAPPER = "tools.jackson.databind.json.JsonMapper";
    private static final String ANNOTATIONS = "com.fasterxml.jackson.annotation.";

    private static volatile boolean work;

    private JacksonJars() {}

    /** @throws CodecException if Jackson is missing, or one of its jars is too old for another */
    static void require() {
        if (work) {
            return;
        }
        requireJackson();
        int minor = PackageVersion.VERSION.getMinorVersion();
        if (minor < 1) {
            throw new CodecException(
                    "Jackson " + PackageVersion.VERSION + " is too old: needed=3.1, found=" + whereIs(MAPPER)
                            + ". Declare tools.jackson.core:jackson-databind:3.1.5, or the version that you have in mind."
                            + " Where Spring Boot 4 manages it, put <jackson-bom.version>3.1.5</jackson-bom.version> and"
                            + " <jackson-2-bom.version>2.21.4</jackson-2-bom.version> among the properties of pom.xml, or"
                            + " update to Spring Boot 4.0.4 or newer",
                    null,
                    null);
        }
        requireAnnotation("JsonSerializeAs", "2.21", "2.21.4");
        if (minor >= 2) {
            requireAnnotation("JsonApplyView", "2.22", "2.22.4");
        }
        work = true;
    }

    private static void requireJackson() {
        for (String needed :
                new String[] {MAPPER, "tools.jackson.core.JsonParser", ANNOTATIONS + "JacksonAnnotation"}) {
            if (!isThere(needed)) {
                throw new CodecException(
                        "JSON needs Jackson 3, which is not on the class path: missing=" + needed
                                + ". Add the dependency tools.jackson.core:jackson-databind, or take a codec that needs none:"
                                + " Codec.utf8(), Codec.bytes(), or one of your own",
                        null,
                        null);
            }
        }
    }

    private static void requireAnnotation(String name, String since, String bom) {
        if (!isThere(ANNOTATIONS + name)) {
            throw new CodecException(
                    "Jackson " + PackageVersion.VERSION
                            + " cannot work with the jackson-annotations on the class path, which are"
                            + " too old: missing=" + ANNOTATIONS + name + ", needed=" + since + ", found="
                            + whereIs(ANNOTATIONS + "JacksonAnnotation")
                            + ". Declare com.fasterxml.jackson.core:jackson-annotations:" + since
                            + ". Where Spring Boot manages it, put <jackson-bom.version>" + bom
                            + "</jackson-bom.version> among the properties of pom.xml (with Spring Boot 4"
                            + " <jackson-2-bom.version>), or update to Spring Boot 3.5.13 or newer",
                    null,
                    null);
        }
    }

    private static boolean isThere(String type) {
        try {
            Class.forName(type, false, JacksonJars.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException missing) {
            return false;
        }
    }

    private static String whereIs(String type) {
        return "" + JacksonJars.class.getClassLoader().getResource(type.replace('.', '/') + ".class");
    }
}
