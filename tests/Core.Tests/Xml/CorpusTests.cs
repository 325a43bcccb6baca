using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using Xunit;

namespace ServerlessRosa.Core.Tests.Xml;

/// <summary>Feeds real forms to the reader.</summary>
public sealed class CorpusTests
{
    [Fact]
    public void Each_form_of_the_corpus_is_read_or_refused()
    {
        var unexpected = new List<string>();
        foreach (var file in Corpus.Files("xforms"))
        {
            try
            {
                var form = XFormReader.Read(File.ReadAllBytes(file));
                XFormChecks.ForCreation(form);
                XFormChecks.AgainstEarlier(form, form);
                Assert.Equal("corpus", XFormReader.Read(XFormVersion.Rewrite(File.ReadAllBytes(file), "corpus")).Version);
            }
            catch (ProblemException e) when (e.Problem.Status is >= 400 and < 500)
            {
                // Refused with a reason: several files are broken on purpose.
            }
            catch (Exception e)
            {
                unexpected.Add($"{Path.GetFileName(file)}: {e.Message}");
            }
        }
        Assert.Empty(unexpected);
    }
}
