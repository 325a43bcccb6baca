using ServerlessRosa.Core.Accounts;
using Xunit;

namespace ServerlessRosa.Core.Tests.Accounts;

public sealed class WeakPasswordsTests
{
    [Theory]
    [InlineData("hunter2!!!"), InlineData("Password123!"), InlineData("P@ssw0rd!!"), InlineData("1234567890"), InlineData("aaaaaaaaaaaa")]
    [InlineData("qwertyuiop"), InlineData("abcdefghij"), InlineData("letmein2026"), InlineData("abcabcabcabc"), InlineData("!!!!!!!!!!!!")]
    [
        InlineData("passwordpassword"),
        InlineData("0987654321"),
        InlineData("iloveyou!!"),
        InlineData("Summer2024!"),
        InlineData("1q2w3e4r5t")
    ]
    public void Commonly_guessed_passwords_are_weak(string password) => Assert.True(WeakPasswords.Include(password));

    [Theory]
    [InlineData("correct horse battery"), InlineData("a password for tests"), InlineData("password4alice"), InlineData("vK8#mz!q2L")]
    [InlineData("mein Passwort ist lang"), InlineData("木漏れ日の散歩道を行く"), InlineData("nairobi-field-7")]
    public void Longer_unpredictable_passwords_are_not_weak(string password) => Assert.False(WeakPasswords.Include(password));
}
