// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** docs/file-format.md, whose lines "offset name" under a heading tests hold against the code. */
public final class FormatDocument {

    private static final Pattern FIELD = Pattern.compile("^    (\\d+) ([a-zA-Z]+)( .*)?$");

    private FormatDocument() {}

    public static String text() throws IOException {
        return SourceTree.read("docs/file-format.md");
    }

    /** The names under a heading, with their offsets. */
    public static Map<String, Integer> offsets(String heading) throws IOException {
        Map<String, Integer> offsets = new LinkedHashMap<>();
        boolean inside = false;
        for (String line : text().split("\n")) {
            if (line.startsWith("## ")) {
                inside = line.equals("## " + heading);
            }
            Matcher field = FIELD.matcher(line);
            if (inside && field.matches()) {
                offsets.put(field.group(2), Integer.valueOf(field.group(1)));
            }
        }
        return offsets;
    }
}
