import { t } from '@grafana/i18n';

/** What a remark of the parsers means for somebody who reads the record. */
export function remarkText(remark: string): string {
  switch (remark) {
    case 'damaged':
      return t('remark.damaged', 'No whole record of the log’s format: truncated, garbage or missing fields');
    case 'no_stamp':
      return t('remark.no-stamp', 'A line without the stamp that the format gives each record');
    case 'time_inherited':
      return t('remark.time-inherited', 'It has no time of its own; it was written after the record before it');
    case 'time_unknown':
      return t('remark.time-unknown', 'The log tells no time for it');
    case 'zone_unknown':
      return t('remark.zone-unknown', 'The log tells no zone and none was given: the time is the machine’s local time');
    case 'impossible_bias':
      return t('remark.impossible-bias', 'The zone that the log gives does not exist: the time is as written');
    case 'date_order_assumed':
      return t('remark.date-order', 'Day and month could be the other way round; nothing in the file tells');
    case 'date_unknown':
      return t('remark.date-unknown', 'A time of day without any date');
    case 'calendar_assumed':
      return t('remark.calendar', 'The year is of another calendar, or could be; which one is assumed');
    case 'time_impossible':
      return t('remark.time-impossible', 'The time that is written cannot be');
    case 'offset_sign_assumed':
      return t('remark.offset-sign', 'The sign of the offset from UTC is assumed: writers differ');
    case 'dst_gap':
      return t('remark.dst-gap', 'A local time that did not exist: clocks were put forward over it');
    case 'dst_fold':
      return t('remark.dst-fold', 'A local time that came twice: clocks were put back');
    case 'line_split':
      return t('remark.line-split', 'Part of a line longer than a megabyte');
    default:
      // A newer server's: its own word is better than none.
      return remark.replaceAll('_', ' ');
  }
}

/** Remarks of single records that deserve a mark in the row; those about the clock are told by the time itself. */
export function isRowRemark(remark: string): boolean {
  return !['zone_unknown', 'time_inherited', 'time_unknown', 'date_unknown', 'date_order_assumed'].includes(remark);
}
