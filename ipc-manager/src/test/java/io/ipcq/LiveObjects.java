// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.lang.management.ManagementFactory;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/** What is reachable in this JVM, which collects its garbage first. */
public final class LiveObjects {

    private LiveObjects() {}

    /** How many objects of a class there are; not of its subclasses. */
    public static long count(Class<?> type) {
        return column(type, 1);
    }

    /** How much of the heap the objects of a class take, without what they refer to. */
    public static long bytes(Class<?> type) {
        return column(type, 2);
    }

    private static long column(Class<?> type, int column) {
        return histogram()
                .map(line -> line.strip().split("\\s+"))
                .filter(row -> row.length >= 4 && row[3].equals(type.getName()))
                .mapToLong(row -> Long.parseLong(row[column]))
                .sum();
    }

    private static Stream<String> histogram() {
        try {
            return ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()})
                    .toString()
                    .lines();
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }
}
