using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using Xunit;

namespace ServerlessRosa.Core.Tests.Cases;

public sealed class FormOrderTests
{
    private static readonly DateTimeOffset Start = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact, Clause("CC-154")]
    public void Forms_of_one_user_are_in_the_order_of_the_phone_within_twelve_hours_of_receipt()
    {
        Assert.Equal("b a", Order(Form("a", "u", 1, 20), Form("b", "u", 2, 10)));
        Assert.Equal("b a", Order(Form("a", "u", 1, 20), Form("b", "u", 13, 10)));
        Assert.Equal("a b", Order(Form("a", "u", 1, 20), Form("b", "u", 14, 10)));
        Assert.Equal("a b", Order(Form("a", "u", 1, 20), Form("b", "v", 2, 10)));
        Assert.Equal("a b", Order(Form("a", "u", 1, 20), Form("b", "u", 2, 20)));
        Assert.Equal("a b", Order(Form("a", "u", 1, 20), Form("b", "u", 2, null)));
        Assert.Equal("a b", Order(Form("a", null, 1, 20), Form("b", null, 2, 10)));
        Assert.Equal("c a b", Order(Form("a", "u", 1, 20), Form("b", "v", 2, 5), Form("c", "u", 3, 10)));
    }

    [Fact, Clause("CC-154")]
    public void Inserting_one_by_one_and_sorting_agree_and_leave_none_misplaced()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
#pragma warning disable CA5394 // Test data.
            var forms = Enumerable
                .Range(0, 12)
                .Select(i => Form($"f{i}", random.Next(3) is var user and > 0 ? $"u{user}" : null, i * random.Next(1, 5), random.Next(30)))
                .OrderBy(form => form.At)
                .ToList();
            var inserted = new List<CaseTransaction>();
            foreach (var form in forms)
            {
                inserted.Insert(FormOrder.PlaceOf(form, inserted), form);
                Assert.Null(FormOrder.FindMisplaced(inserted));
            }
            Assert.Equal(inserted, FormOrder.Sort(forms));
            Assert.Equal(inserted, FormOrder.Sort(inserted.OrderBy(form => forms.IndexOf(form))));
#pragma warning restore CA5394
        }
        Assert.Equal("b", FormOrder.FindMisplaced([Form("a", "u", 1, 20), Form("b", "u", 2, 10)])?.Form.Instance.Value);
    }

    private static string Order(params CaseTransaction[] received) =>
        string.Join(' ', FormOrder.Sort(received).Select(form => form.Form.Instance.Value));

    private static CaseTransaction Form(string id, string? user, int receivedAtHour, int? filledAtHour) =>
        new(new CaseForm(1, InstanceId.Parse(id), InstanceId.Parse(id), "hash"), 1, Start.AddHours(receivedAtHour), null)
        {
            User = user,
            Date = filledAtHour is { } hour ? Start.AddHours(hour) : null,
        };
}
