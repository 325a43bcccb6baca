using System.Text;
using System.Text.RegularExpressions;

namespace ServerlessRosa.XlsForms;

/// <summary>Where an expression stands: the section around it, and the steps from there down to the node that has the expression.</summary>
internal readonly record struct Position(SurveyElement Section, int Steps)
{
    public static Position Of(SurveyElement element) => new(element.Parent ?? element, 1);
}

/// <summary>Replaces references by paths (XF-060 to XF-068).</summary>
internal sealed class ReferencePaths(SurveyTree tree, Messages messages)
{
    private const string Instance = "instance(";
    private const long MaxWork = 50_000_000;

    private static readonly Regex IndexedRepeats = new(@"indexed-repeat\([^)]+\)", RegexOptions.NonBacktracking);

    private long _work;

    /// <summary>The expression with paths for references. Without a position all paths are absolute (XF-06B).</summary>
    /// <param name="useCurrent">Whether relative paths begin with `current()/` everywhere (XF-067).</param>
    public string Substitute(string expression, Position? position, bool useCurrent = false)
    {
        var references = expression.Contains("${", StringComparison.Ordinal) ? Reference.FindAll(expression) : [];
        if (references.Count == 0)
            return expression;
        var brackets = IsOverInstance(expression) ? FindBrackets(expression) : [];
        var calls = IndexedRepeats.Matches(expression);
        CountWork(references.Count * (brackets.Count + (calls.Count > 0 ? expression.Length : 1L)));
        var result = new StringBuilder();
        var at = 0;
        foreach (var reference in references)
        {
            result.Append(expression, at, reference.Start - at);
            var inPredicate = IsWithin(brackets, reference);
            var isAbsolute = calls.Count > 0 && IsAbsoluteInIndexedRepeat(calls, reference);
            result.Append(
                PathOf(reference, isAbsolute ? null : position, useCurrent || inPredicate) ?? expression[reference.Start..reference.End]
            );
            at = reference.End;
        }
        return result.Append(expression, at, expression.Length - at).ToString();
    }

    /// <summary>The path with a space on both sides; null if the name is unknown, which is reported elsewhere.</summary>
    public string? PathOf(Reference reference, Position? position, bool useCurrent = false)
    {
        var named = tree.Named(reference.Name);
        if (named.Count > 1)
            messages.Error(
                null,
                null,
                null,
                $"More than one question or group has the name '{reference.Name}', to which ${{{reference.Name}}} refers."
            );
        if (named.Count == 0)
            return null;
        var target = named[0];
        if (reference.IsLastSaved)
            return $" instance('__last-saved'){target.Path} ";
        if (position is { } from && CommonAncestor(from, target) is { } common)
            return $" {(useCurrent ? "current()/" : "")}{RelativePath(from, target, common)} ";
        return $" {target.Path} ";
    }

    /// <summary>The nearest common ancestor, if it is a repeat or stands in one (XF-062, XF-063).</summary>
    public static SurveyElement? CommonAncestor(Position position, SurveyElement target)
    {
        var line = position.Section.Ancestors.Prepend(position.Section).ToHashSet();
        var common = target.Ancestors.FirstOrDefault(line.Contains);
        return common is not null && (common.Kind == ElementKind.Repeat || common.NearestRepeat is not null) ? common : null;
    }

    public static string RelativePath(Position position, SurveyElement target, SurveyElement common)
    {
        var steps = position.Steps;
        for (var at = position.Section; at != common; at = at.Parent!)
        {
            steps += at.IsFlat ? 0 : 1;
        }
        return string.Join('/', Enumerable.Repeat("..", steps)) + target.Path[common.Path.Length..];
    }

    /// <summary>Stops on expressions that no form has: thousands of references, each beside thousands of predicates.</summary>
    private void CountWork(long work)
    {
        _work += work;
        if (_work > MaxWork)
            throw new ConversionStopException("The form's expressions are too large.");
    }

    private static bool IsOverInstance(string expression)
    {
        var at = expression.IndexOf(Instance, StringComparison.Ordinal);
        return at >= 0 && at + Instance.Length < expression.Length;
    }

    private static List<(int Start, int End)> FindBrackets(string expression)
    {
        var found = new List<(int, int)>();
        for (var open = expression.IndexOf('[', StringComparison.Ordinal); open >= 0;)
        {
            var close = expression.IndexOf(']', open);
            if (close < 0)
                break;
            found.Add((open, close + 1));
            open = expression.IndexOf('[', close);
        }
        return found;
    }

    private static bool IsWithin(List<(int Start, int End)> brackets, Reference reference) =>
        brackets.Exists(bracket => reference.Start >= bracket.Start && reference.End <= bracket.End);

    /// <summary>
    /// XF-068: the target and the repeats of indexed-repeat() are absolute, its indexes are relative. The reference converter looks only at
    /// every second call that ends before the reference; so does this.
    /// </summary>
    private static bool IsAbsoluteInIndexedRepeat(MatchCollection calls, Reference reference)
    {
        for (var i = 0; i < calls.Count; i++)
        {
            var call = calls[i];
            if (reference.End > call.Index + call.Length)
            {
                if (++i >= calls.Count)
                    return false;
                continue;
            }
            if (reference.End < call.Index || reference.Start > call.Index + call.Length)
                return false;
            var argument = -1;
            var arguments = call.Value.Split(',');
            for (var j = 0; j < arguments.Length; j++)
            {
                if (arguments[j].Contains($"${{{reference.Name}}}", StringComparison.Ordinal))
                    argument = j;
            }
            return argument is -1 or 0 or 1 or 3 or 5;
        }
        return true;
    }
}
