namespace ServerlessRosa.Core.Cases;

/// <summary>
/// The order of a case's forms (CC-154). Forms of one user that are received within twelve hours of each other are in the order of the
/// phone's dates, as in CommCare HQ; all others are in the order of receipt. So a form that waited on a phone does not undo what the same
/// user said later, and a phone with a wrong clock overrules nobody for longer than that. Forms without a user or a date, such as those of
/// the case API, are always in the order of receipt.
/// </summary>
internal static class FormOrder
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(12);

    /// <summary>Where a form that is received now belongs among <paramref name="forms"/>; their number if it belongs at the end.</summary>
    public static int PlaceOf(CaseTransaction form, IReadOnlyList<CaseTransaction> forms)
    {
        var place = 0;
        while (place < forms.Count && !Precedes(form, forms[place]))
        {
            place++;
        }
        return place;
    }

    /// <summary>The order that results when the forms are received at their times.</summary>
    public static IReadOnlyList<CaseTransaction> Sort(IEnumerable<CaseTransaction> forms)
    {
        var sorted = new List<CaseTransaction>();
        foreach (var form in forms.OrderBy(form => form.At))
        {
            sorted.Insert(PlaceOf(form, sorted), form);
        }
        return sorted;
    }

    /// <summary>The first form that is later than one before which it belongs; null if there is none.</summary>
    public static CaseTransaction? FindMisplaced(IEnumerable<CaseTransaction> forms)
    {
        foreach (var ofUser in forms.GroupBy(form => form.User))
        {
            var before = new List<CaseTransaction>();
            foreach (var form in ofUser)
            {
                if (before.Exists(earlier => Precedes(form, earlier)))
                {
                    return form;
                }
                before.Add(form);
            }
        }
        return null;
    }

    private static bool Precedes(CaseTransaction form, CaseTransaction other) =>
        form.User is { Length: > 0 } && form.User == other.User && form.Date < other.Date && (form.At - other.At).Duration() <= Window;
}
