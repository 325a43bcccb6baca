using ServerlessRosa.Core.Restore;
using Xunit;

namespace ServerlessRosa.Core.Tests.Restore;

[Clause("CC-128")]
public sealed class StateHashTests
{
    [Theory]
    [InlineData("ccsh:")]
    [InlineData("ccsh:409c5c597fa2c2a693b769f0d2ad432b", "abc123", "123abc")]
    [InlineData("ccsh:409c5c597fa2c2a693b769f0d2ad432b", "123abc", "abc123")]
    [InlineData("ccsh:c1659a27528573a105244296a480c759", "case-1")]
    [InlineData("ccsh:9ea05353f4b48ee99f8a15d2b1ecbb84", "case-1", "case-2")]
    public void The_state_hash_equals_that_of_phones(string expected, params string[] ids) =>
        Assert.Equal(expected, StateHash.Of(ids.Select(CaseSketch.Id).ToHashSet()).ToString());

    [Theory]
    [InlineData("ccsh:", "ccsh:")]
    [InlineData("CCSH:C1659A27528573A105244296A480C759", "ccsh:c1659a27528573a105244296a480c759")]
    public void A_state_hash_is_case_insensitive(string text, string expected)
    {
        Assert.True(StateHash.TryParse(text, out var state));
        Assert.Equal(expected, state.ToString());
    }

    [Theory, Clause("CC-131")]
    [InlineData("")]
    [InlineData("c1659a27528573a105244296a480c759")]
    [InlineData("md5:c1659a27528573a105244296a480c759")]
    [InlineData("ccsh:c1659a27528573a105244296a480c75")]
    [InlineData("ccsh:c1659a27528573a105244296a480c75g")]
    [InlineData("ccsh: ")]
    public void A_malformed_state_hash_is_rejected(string text) => Assert.False(StateHash.TryParse(text, out _));
}
