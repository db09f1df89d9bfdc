// SPDX-License-Identifier: Apache-2.0
package kotlin;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** What Kotlin's compiler marks its classes with. */
@Retention(RetentionPolicy.RUNTIME)
public @interface Metadata {}
