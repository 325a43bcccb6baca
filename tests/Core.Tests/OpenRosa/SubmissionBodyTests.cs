using System.Text;
using Microsoft.AspNetCore.Http;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenRosa;
using ServerlessRosa.Functions.Pipeline;
using Xunit;

namespace ServerlessRosa.Core.Tests.Submissions;

/// <summary>The body of a POST by cookie: nothing may be stored before its `__csrf` is seen (OR-069).</summary>
public sealed class SubmissionBodyTests
{
    private const string Csrf = "the token";

    [Theory, Clause("OR-069")]
    [InlineData("xml", "a.jpg")]
    [InlineData("a.jpg", "xml")]
    [InlineData("xml", "a.jpg", "wrong")]
    [InlineData("wrong", "xml", "a.jpg")]
    public async Task Without_the_right_CSRF_token_no_file_is_returned(params string[] parts)
    {
        var given = new List<string>();

        var refusal = await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(parts, given));

        Assert.Equal(401.2m, refusal.Problem.Code);
        Assert.Empty(given);
    }

    [Theory, Clause("OR-069")]
    [InlineData("csrf", "xml", "a.jpg", "b.jpg")]
    [InlineData("xml", "csrf", "a.jpg", "b.jpg")]
    [InlineData("xml", "a.jpg", "csrf", "b.jpg")]
    [InlineData("a.jpg", "xml", "b.jpg", "csrf")]
    public async Task All_files_are_returned_in_order_whatever_the_position_of_the_CSRF_token(params string[] parts)
    {
        var given = new List<string>();

        await ReadAsync(parts, given);

        Assert.Equal(["a.jpg=content of a.jpg", "b.jpg=content of b.jpg"], given);
    }

    private static async Task ReadAsync(string[] parts, List<string> given)
    {
        var text = string.Concat(parts.Select(Part)) + "--b--\r\n";
        var http = new DefaultHttpContext();
        http.Request.ContentType = "multipart/form-data; boundary=b";
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var caller = Caller.Anonymous with { ExpectedCsrf = Csrf };

        await using var body = await SubmissionBody.OpenAsync(http.Request, caller, new RosaOptions(), CancellationToken.None);
        await foreach (var file in body.FilesAsync(CancellationToken.None))
        {
            using var reader = new StreamReader(file.Content);
            given.Add($"{file.Name}={await reader.ReadToEndAsync()}");
        }
    }

    private static string Part(string part) =>
        part switch
        {
            "xml" => Part("name=\"xml_submission_file\"; filename=\"s.xml\"", "<data id=\"x\"/>"),
            "csrf" => Part("name=\"__csrf\"", Uri.EscapeDataString(Csrf)),
            "wrong" => Part("name=\"__csrf\"", "wrong"),
            _ => Part($"name=\"{part}\"; filename=\"{part}\"", $"content of {part}"),
        };

    private static string Part(string disposition, string content) =>
        $"--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n";
}
