using System.Text;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Tests.Forms;
using ServerlessRosa.Core.Tests.Submissions;
using Xunit;
using static ServerlessRosa.Core.Tests.Refusals;

namespace ServerlessRosa.Core.Tests.Xml;

/// <summary>Whatever happens to a document on its way, it is read or refused; nothing else comes out of a reader.</summary>
public sealed class DamagedDocumentsTests
{
    private const int Rounds = 4_000;

    // What most often means something to a parser.
    private static readonly string[] _pieces =
    [
        "<",
        ">",
        "/>",
        "</",
        "&",
        ";",
        "\"",
        "'",
        "=",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "<!DOCTYPE a>",
        "xmlns=\"\"",
        ":",
        "\0",
        "\uFEFF",
        " id=\"\"",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_damaged_form_is_read_or_refused(int seed) =>
        Damage(
            Utf8(FormSamples.Vector),
            seed,
            document =>
            {
                XFormChecks.ForCreation(XFormReader.Read(document));
                XFormVersion.Rewrite(document, "<\"9'>");
            }
        );

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_damaged_submission_is_read_or_refused(int seed) => Damage(Utf8(SubmissionSamples.Rich), seed, ReadSubmission);

    [Fact]
    public void A_damaged_manifest_is_read_or_refused() => Damage(Utf8(SubmissionSamples.Encrypted("u")), 5, ReadSubmission);

    [Fact]
    public void A_damaged_submission_in_utf_16_is_read_or_refused() =>
        Damage(Encoding.Unicode.GetBytes(SubmissionSamples.Rich), 6, ReadSubmission);

    [Fact]
    public void A_truncated_document_is_always_refused()
    {
        foreach (var document in new[] { Utf8(FormSamples.Vector), Utf8(SubmissionSamples.Rich) })
        {
            var end = document.AsSpan().LastIndexOf((byte)'>');
            for (var length = 0; length <= end; length++)
            {
                var part = document.AsMemory(0, length);
                Expect(400.1, () => XFormReader.Read(part));
                Expect(400.1, () => SubmissionHeadReader.Read(part));
            }
        }
    }

    private static void ReadSubmission(byte[] document)
    {
        _ = SubmissionHeadReader.Read(document).Encrypted?.ExpectedFiles;
        _ = SubmissionContentReader.Read(document, SubmissionSamples.RichBinaryPaths, []);
    }

    private static void Damage(byte[] original, int seed, Action<byte[]> read)
    {
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var document = new List<byte>(original);
            for (var times = random.Next(1, 4); times > 0; times--)
                DamageOnce(document, random);
            try
            {
                read([.. document]);
            }
            catch (ProblemException e) when (e.Problem.Status is >= 400 and < 500)
            {
                // A refusal is a fine answer.
            }
            catch (Exception e)
            {
                Assert.Fail($"Round {round} of seed {seed}: {e}\n{Convert.ToBase64String([.. document])}");
            }
        }
    }

    private static void DamageOnce(List<byte> document, Random random)
    {
        var at = random.Next(document.Count);
        switch (random.Next(6))
        {
            case 0:
                document[at] = (byte)random.Next(256);
                break;
            case 1:
                document[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                document.InsertRange(at, Utf8(_pieces[random.Next(_pieces.Length)]));
                break;
            case 3:
                document.RemoveRange(at, Math.Min(random.Next(1, 20), document.Count - at));
                break;
            case 4:
                document.InsertRange(at, document.GetRange(at, Math.Min(random.Next(1, 200), document.Count - at)));
                break;
            default:
                document.RemoveRange(at + 1, random.Next(8) == 0 ? document.Count - at - 1 : 0);
                break;
        }
    }
}
