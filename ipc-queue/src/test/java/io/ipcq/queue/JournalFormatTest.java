// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.FormatDocument;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Holds docs/file-format.md and the layout of a durable queue together. */
class JournalFormatTest {

    /** Sizes, and the beginnings of groups, which the document does not list. */
    private static final Set<String> NOT_WORDS = Set.of(
            "spacing",
            "options",
            "optionsEnd",
            "maxCodecIdBytes",
            "state",
            "producers",
            "consumers",
            "leaseBytes",
            "settings",
            "settingBytes",
            "spareSlots");

    @Test
    void shouldDescribeControlFile() throws Exception {
        Map<String, Integer> words = constants();
        words.keySet().removeIf(name -> NOT_WORDS.contains(name) || isLeaseField(name) || isSetting(name));

        assertThat(FormatDocument.offsets("Durable queue: control file")).isEqualTo(words);
        assertThat(FormatDocument.text()).contains("0x" + Long.toHexString(JournalLayout.FORMAT.magic()));
    }

    @Test
    void shouldDescribeSettings() throws Exception {
        assertThat(FormatDocument.offsets("Durable queue: options that can be altered"))
                .isEqualTo(fields(JournalFormatTest::isSetting, "setting"));
    }

    @Test
    void shouldDescribeLeaseSlot() throws Exception {
        assertThat(FormatDocument.offsets("Durable queue: lease slot"))
                .isEqualTo(fields(JournalFormatTest::isLeaseField, "lease"));
    }

    private static Map<String, Integer> fields(Predicate<String> isField, String prefix) throws IllegalAccessException {
        Map<String, Integer> fields = new HashMap<>();
        constants().forEach((name, offset) -> {
            if (isField.test(name)) {
                int from = prefix.length();
                fields.put(Character.toLowerCase(name.charAt(from)) + name.substring(from + 1), offset);
            }
        });
        return fields;
    }

    @Test
    void shouldDescribeDocument() throws IOException {
        byte[] document = JournalDocument.of(new byte[] {1, 2, 3});

        assertThat(document).hasSize(JournalDocument.HEADER_BYTES + JournalDocument.ELEMENT_HEADER_BYTES + 3);
        assertThat(document[8]).as("count").isEqualTo((byte) 1);
        assertThat(document[16]).as("length").isEqualTo((byte) 3);
        assertThat(FormatDocument.text()).contains("0               8       12       16       20       24");
    }

    private static boolean isLeaseField(String name) {
        return name.startsWith("lease")
                && !Set.of("leases", "leased", "leaseBytes").contains(name);
    }

    private static boolean isSetting(String name) {
        return name.startsWith("setting") && !Set.of("settings", "settingBytes").contains(name);
    }

    private static Map<String, Integer> constants() throws IllegalAccessException {
        Map<String, Integer> constants = new HashMap<>();
        for (Field field : JournalLayout.class.getDeclaredFields()) {
            if (field.getType() == int.class && Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                constants.put(camelCase(field.getName()), field.getInt(null));
            }
        }
        return constants;
    }

    private static String camelCase(String constant) {
        StringBuilder name = new StringBuilder();
        for (String word : constant.split("_")) {
            name.append(name.length() == 0 ? word.charAt(0) : Character.toUpperCase(word.charAt(0)));
            name.append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
        }
        name.setCharAt(0, Character.toLowerCase(name.charAt(0)));
        return name.toString();
    }
}
