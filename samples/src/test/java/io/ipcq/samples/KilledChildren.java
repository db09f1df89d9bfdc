// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;

/** Runs samples at the same time, with another java for their children, and says how each ended. */
final class KilledChildren {

    private KilledChildren() {}

    /** @param arguments the directory that has bin/java, and the names of the samples */
    public static void main(String[] arguments) throws Exception {
        String home = System.getProperty("java.home");
        System.setProperty("java.home", arguments[0]);
        Class.forName("io.ipcq.process.ChildJava"); // looks there once
        System.setProperty("java.home", home);
        List<FutureTask<Void>> outcomes = new ArrayList<>();
        for (int i = 1; i < arguments.length; i++) {
            String sample = arguments[i];
            outcomes.add(new FutureTask<>(() -> {
                System.out.println(sample + " " + outcome(Class.forName(sample)));
                return null;
            }));
            new Thread(outcomes.get(outcomes.size() - 1), sample).start();
        }
        for (FutureTask<Void> each : outcomes) {
            each.get();
        }
        System.exit(0); // whatever threads they left
    }

    private static String outcome(Class<?> sample) throws ReflectiveOperationException {
        try {
            sample.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
            return "ended well";
        } catch (InvocationTargetException thrown) {
            return "failed: " + thrown.getCause();
        }
    }
}
