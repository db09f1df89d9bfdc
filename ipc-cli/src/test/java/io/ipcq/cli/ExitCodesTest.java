// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.SourceTree;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ExitCode;

/** {@code ipcq --help}, docs/operations.md, the classes and the launcher script know the same exit codes. */
@Tag("once")
class ExitCodesTest {

    private static final Pattern DOCUMENTED = Pattern.compile("(?m)^- \\*\\*(\\d+)\\.\\*\\* (.+(?:\\n  .+)*)\\.$");
    private static final Pattern IN_SCRIPT = Pattern.compile("\\b(?:exit |UNUSABLE=)(\\d+)");

    private static Map<String, String> helped() {
        Screen screen = new Screen(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream(),
                Terminal.NONE);
        return Ipcq.commandLine(screen).getCommandSpec().usageMessage().exitCodeList();
    }

    @Test
    void shouldSayTheSameInHelpAndDocument() throws Exception {
        Map<String, String> documented = new LinkedHashMap<>();
        Matcher entry = DOCUMENTED.matcher(SourceTree.read("docs/operations.md"));
        while (entry.find()) {
            String sentence = entry.group(2).replace("`", "").replaceAll("\\s+", " ");
            documented.put(entry.group(1), Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1));
        }
        assertThat(documented).isEqualTo(helped());
        assertThat(documented.keySet()).containsExactlyElementsOf(helped().keySet());
    }

    @Test
    void shouldListEachCodeThatThereIs() throws Exception {
        Set<String> codes = new TreeSet<>();
        for (Class<?> type : new Class<?>[] {ExitCode.class, ExitCodes.class}) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getType() == int.class) {
                    field.setAccessible(true);
                    codes.add(field.get(null).toString());
                }
            }
        }
        assertThat(codes).contains("0", "141");
        codes.addAll(IN_SCRIPT
                .matcher(SourceTree.read("ipcq"))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet()));
        assertThat(helped()).containsOnlyKeys(codes);
    }
}
