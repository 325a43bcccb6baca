using System.Xml;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Headers and formats of all answers to CommCare's phones and to administrators of a domain.</summary>
public static class CommCareAnswers
{
    /// <summary>The envelope, with what <paramref name="payload"/> writes after the message.</summary>
    public static IResult Message(int status, string nature, string text, Action<XmlWriter>? payload = null) =>
        OpenRosaResponse.Xml(
            status,
            xml =>
            {
                xml.WriteStartElement("OpenRosaResponse", OpenRosaResponse.ResponseNamespace);
                xml.WriteStartElement("message", OpenRosaResponse.ResponseNamespace);
                xml.WriteAttributeString("nature", nature);
                xml.WriteString(XmlOut.Text(text));
                xml.WriteEndElement();
                payload?.Invoke(xml);
                xml.WriteEndElement();
            }
        );

    /// <summary>
    /// Phones want to be asked for credentials without a body (CC-004), and show a text of their own to workers whose account has ended
    /// (CC-011); all else is a message of the endpoint's nature.
    /// </summary>
    public static IResult Refusal(Problem problem, string nature) =>
        problem.Status switch
        {
            StatusCodes.Status401Unauthorized => Results.StatusCode(problem.Status),
            StatusCodes.Status406NotAcceptable => Ended(problem),
            _ => Message(problem.Status, nature, problem.Message),
        };

    /// <summary>For administration: <c>{"error": ".."}</c>, where a name that is taken counts as a wrong value; and the messages to phones
    /// about deactivated accounts.</summary>
    public static IResult ApiRefusal(Problem problem) =>
        problem.Status switch
        {
            StatusCodes.Status406NotAcceptable => Ended(problem),
            StatusCodes.Status409Conflict => Error(problem, StatusCodes.Status400BadRequest),
            _ => Error(problem, problem.Status),
        };

    private static IResult Ended(Problem problem) =>
        Results.Json(
            new AccountEndedAnswer(problem == Problem.WorkerDeleted() ? "user.deleted" : "user.deactivated", problem.Message),
            CommCareJson.Default.AccountEndedAnswer,
            statusCode: problem.Status
        );

    private static IResult Error(Problem problem, int status) =>
        Results.Json(new ErrorAnswer(problem.Message), CommCareJson.Default.ErrorAnswer, statusCode: status);
}
