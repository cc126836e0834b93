/* Dates and times as programs and people write them.
 *
 * Days are counted in the Gregorian calendar without leap seconds, as POSIX does; the count is that of
 * IEEE Std 1003.1, 4.16 "Seconds since the Epoch", with days by H. Hinnant's algorithm
 * (https://howardhinnant.github.io/date_algorithms.html).  No locale, no time zone of this machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "time_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef struct cursor { const char *p, *end; } cursor;

/* As they were found; -1: not. */
struct parts {
    int year, month, day;
    double time;       /* seconds of the day; NaN: none */
    double zone;       /* seconds east of Greenwich */
    bool ambiguous;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char peek(const cursor *c)
{
    return c->p < c->end ? *c->p : '\0';
}

static bool take(cursor *c, const char *any)
{
    char ch = peek(c);
    if (!ch || !strchr(any, ch))
        return false;
    c->p++;
    return true;
}

static void blanks(cursor *c)
{
    while (take(c, " \t"))
        ;
}

/* A whole number of at most `most` digits; how many there were, 0: none. */
static int digits(cursor *c, int most, int *value)
{
    int n = 0;
    for (*value = 0; n < most && is_digit(peek(c)); n++)
        *value = 10 * *value + (*c->p++ - '0');
    return n;
}

/* "Nov", "November", "nov.": 1 to 12; 0 and nothing taken: no month. */
static int month_name(cursor *c)
{
    static const char *const names[] = { "january", "february", "march", "april", "may", "june", "july",
                                         "august", "september", "october", "november", "december" };
    size_t n = 0;
    while (c->p + n < c->end && is_letter(c->p[n]))
        n++;
    for (int m = 0; n >= 3 && m < 12; m++)
        if (n <= strlen(names[m]) && !strncasecmp(c->p, names[m], n)) {
            c->p += n;
            take(c, ".");
            return m + 1;
        }
    return 0;
}

static void day_of_week(cursor *c)
{
    static const char *const names[] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
                                         "sunday" };
    size_t n = 0;
    while (c->p + n < c->end && is_letter(c->p[n]))
        n++;
    for (size_t k = 0; n >= 3 && k < 7; k++)
        if (n <= strlen(names[k]) && !strncasecmp(c->p, names[k], n)) {
            c->p += n;
            take(c, ".,");
            blanks(c);
            return;
        }
}

/* "Z", "UTC", "+01:00", "-0130", "+01". */
static bool zone(cursor *c, struct parts *t)
{
    blanks(c);
    if (c->end - c->p >= 3 && (!strncmp(c->p, "UTC", 3) || !strncmp(c->p, "GMT", 3))) {
        c->p += 3;
        return true;
    }
    if (take(c, "Z"))
        return true;
    char sign = peek(c);
    int hours, minutes = 0;
    if (!take(c, "+-"))
        return true;
    if (digits(c, 2, &hours) != 2)
        return false;
    take(c, ":");
    int n = digits(c, 2, &minutes);
    t->zone = (sign == '-' ? -1 : 1) * (3600.0 * hours + 60.0 * minutes);
    return (n == 0 || n == 2) && hours <= 14 && minutes < 60;
}

/* "10:02", "10:02:03,5", "10:02:03 PM", then a zone.  Hours go beyond 24 in elapsed times. */
static bool time_of_day(cursor *c, struct parts *t, bool after_date)
{
    int hour, minute, second = 0, digit;
    double fraction = 0, unit = 0.1;
    int n = digits(c, 4, &hour);
    if (n == 0 || !take(c, ":") || digits(c, 2, &minute) != 2)
        return false;
    if (take(c, ":")) {
        if (digits(c, 2, &second) != 2)
            return false;
        if (take(c, ".,"))
            for (; digits(c, 1, &digit) == 1; unit /= 10)
                fraction += digit * unit;
    }
    cursor before = *c;
    blanks(c);
    if (c->end - c->p >= 2 && strchr("aApP", *c->p) && strchr("mM", c->p[1])) {
        if (hour < 1 || hour > 12)
            return false;
        hour = hour % 12 + (strchr("pP", *c->p) ? 12 : 0);
        c->p += 2;
    } else {
        *c = before;
    }
    t->time = 3600.0 * hour + 60.0 * minute + second + fraction;
    return minute < 60 && second <= 60 && (!after_date || hour <= 24) && (!after_date || zone(c, t));
}

/* "20261122T100203". */
static bool basic_form(cursor *c, struct parts *t)
{
    int hour, minute, second;
    cursor at = *c;
    if (digits(&at, 4, &t->year) != 4 || digits(&at, 2, &t->month) != 2 || digits(&at, 2, &t->day) != 2 ||
        !take(&at, "T") || digits(&at, 2, &hour) != 2 || digits(&at, 2, &minute) != 2 ||
        digits(&at, 2, &second) != 2)
        return false;
    t->time = 3600.0 * hour + 60.0 * minute + second;
    *c = at;
    return hour <= 24 && minute < 60 && second <= 60 && zone(c, t);
}

/* Two numbers and a year: "22.11.2026", "11/22/2026". */
static void order_parts(struct parts *t, int first, int second, char separator, enum time_order order)
{
    bool day_first = separator == '.' || order == TIME_DAY_FIRST || first > 12;
    bool month_first = !day_first && (order == TIME_MONTH_FIRST || second > 12);
    t->ambiguous = !day_first && !month_first && first != second;
    t->day = month_first ? second : first;
    t->month = month_first ? first : second;
}

static int full_year(int year, int n_digits)
{
    return n_digits > 2 ? year : year < 70 ? 2000 + year : 1900 + year;
}

/* "2026-11-22", "22.11.2026", "11/22/26", "22-Nov-2026", "2011-Jul-22". */
static bool numeric_date(cursor *c, struct parts *t, enum time_order order)
{
    int first, second = 0, third;
    int n = digits(c, 4, &first);
    char separator = peek(c);
    if (n == 0 || !take(c, n == 4 ? "-/.:" : "-/. "))
        return false;
    int month = month_name(c);
    if (!month && digits(c, 2, &second) == 0)
        return false;
    if (separator == ' ' && !month)
        return false;
    if (separator == ' ')
        take(c, ",");
    if (!take(c, (char[]){ separator, '\0' }))
        return false;
    int n_third = digits(c, 4, &third);
    if (n_third == 0)
        return false;
    if (n == 4) {
        t->year = first;
        t->month = month ? month : second;
        t->day = third;
        return n_third <= 2;
    }
    t->year = full_year(third, n_third);
    if (month) {
        t->month = month;
        t->day = first;
    } else {
        order_parts(t, first, second, separator, order);
    }
    return n <= 2 && (n_third == 2 || n_third == 4);
}

/* "Nov 22 10:02:03 2026", "November 22, 2026 10:02". */
static bool named_date(cursor *c, struct parts *t)
{
    t->month = month_name(c);
    blanks(c);
    if (!t->month || digits(c, 2, &t->day) == 0)
        return false;
    take(c, ",");
    blanks(c);
    cursor before = *c;
    int n = digits(c, 4, &t->year);
    if (n == 4)
        return true;
    *c = before;
    if (!time_of_day(c, t, true))
        return false;
    blanks(c);
    while (is_letter(peek(c)))    /* the zone of `date`, as "CET": not known without a table */
        c->p++;
    blanks(c);
    return digits(c, 4, &t->year) == 4;
}

static bool is_day(int year, int month, int day)
{
    static const int length[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month >= 1 && month <= 12 && day >= 1 && day <= length[month - 1] &&
           (month != 2 || day < 29 || leap);
}

static double days_since_1970(int year, int month, int day)
{
    long y = month <= 2 ? year - 1L : year, era = y / 400, of_era = y - era * 400;
    long of_year = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return (double)(era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468);
}

static bool date_and_time(cursor *c, struct parts *t, enum time_order order)
{
    day_of_week(c);
    cursor start = *c;
    if (basic_form(c, t))
        return true;
    *c = start;
    bool date = is_letter(peek(c)) ? named_date(c, t) : numeric_date(c, t, order);
    if (!date)
        return false;
    bool between = take(c, "T_,;");
    blanks(c);
    if (c->p == c->end)
        return !between;
    return isnan(t->time) && time_of_day(c, t, true);
}

enum time_kind time_text_read(const char *text, size_t n, enum time_order order, double *seconds)
{
    cursor c = { text, text + n };
    blanks(&c);
    while (c.end > c.p && (c.end[-1] == ' ' || c.end[-1] == '\t'))
        c.end--;
    cursor start = c;
    struct parts t = { .time = NAN };
    if (time_of_day(&c, &t, false) && c.p == c.end) {
        *seconds = t.time;
        return TIME_OF_DAY;
    }
    c = start;
    t = (struct parts){ .time = NAN };
    if (!date_and_time(&c, &t, order) || c.p != c.end || !is_day(t.year, t.month, t.day))
        return TIME_NONE;
    if (t.ambiguous)
        return TIME_AMBIGUOUS;
    *seconds = 86400 * days_since_1970(t.year, t.month, t.day) + (isnan(t.time) ? 0 : t.time) - t.zone;
    return TIME_DATE;
}

const char *time_text_print(double seconds, char out[TIME_TEXT])
{
    if (!(fabs(seconds) >= 1e8 && fabs(seconds) < 1e11)) {    /* before 1973: no time of a log */
        snprintf(out, TIME_TEXT, "%.10g s", seconds);
        return out;
    }
    double thousandths = round(seconds * 1000), day = floor(thousandths / 86400000);
    double rest = thousandths - day * 86400000;
    long z = (long)day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    long yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365,
         doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    long mp = (5 * doy + 2) / 153, month = mp < 10 ? mp + 3 : mp - 9;
    long milli = (long)rest, second = milli / 1000;
    int at = snprintf(out, TIME_TEXT, "%04ld-%02ld-%02ld %02ld:%02ld:%02ld", yoe + era * 400 + (month <= 2),
                      month, doy - (153 * mp + 2) / 5 + 1, second / 3600, second / 60 % 60, second % 60);
    if (milli % 1000)
        snprintf(out + at, (size_t)(TIME_TEXT - at), ".%03ld", milli % 1000);
    return out;
}
