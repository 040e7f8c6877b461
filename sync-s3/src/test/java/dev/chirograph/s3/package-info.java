@NullMarked
package dev.chirograph.s3;

import org.jspecify.annotations.NullMarked;
