using System.Text;
using ServerlessRosa.Core.Problems;
using Xunit;

namespace ServerlessRosa.Core.Tests;

internal static class Refusals
{
    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The action must be refused with this code; gives the Problem for a closer look.</summary>
    public static Problem Expect(double code, Action action)
    {
        var problem = Assert.Throws<ProblemException>(action).Problem;
        Assert.Equal((decimal)code, problem.Code);
        return problem;
    }
}
